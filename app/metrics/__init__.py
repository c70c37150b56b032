"""The metrics room: figures for whoever keeps the program running, at their own address; nothing about anybody."""
