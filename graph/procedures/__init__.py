"""Lead a conversation by procedures: files of facts, rules and the writes that they guard."""
