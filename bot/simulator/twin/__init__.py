"""The outside world in one process: phone companies and another bank, true to the wire."""
