"""What was spent against limits."""

CHECKS = {
    "counters": """
        select 'limit_counters ' || owner,
               'counts ' || day_spent || ' in a day and ' || month_spent || ' in a month'
          from limit_counters where day_spent < 0 or month_spent < 0""",
}
