"""The ball's own network: what it is (`network`), what it learns from (`clips`, `samples`) and how (`train`)."""
