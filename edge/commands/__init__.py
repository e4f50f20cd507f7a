"""What the command `courtside` can do: one file a command, each with `add_parser` and `execute`."""
