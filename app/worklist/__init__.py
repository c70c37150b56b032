"""The worklist room: what has to be done by whom until when, and marking it done."""
