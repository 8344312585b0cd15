"""The stories the bank can tell: one file per conversation, its words under templates/."""
