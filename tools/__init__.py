"""Let the agent act: order backends, business rules, tools and the ticket desk."""
