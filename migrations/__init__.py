"""The schema: numbered migrations make tables, `routines` installs functions and views."""
