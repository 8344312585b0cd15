"""What proves it. The folders mirror the rooms."""
