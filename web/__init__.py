"""The pages that customers and staff see: plain ES modules and CSS, served as they are by `server/routes/pages.py`."""
