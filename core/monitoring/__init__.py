"""Every payment is judged before it is made: rules, a model, and what their verdicts do."""
