"""The worklist room: what has to be done by whom until when, marking it done, and notices to oneself."""
