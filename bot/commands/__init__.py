"""The commands of the house: ``flask --app bot …``. One group, one file."""
