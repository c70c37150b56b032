"""How long a person's data are kept: what is past its time, legal holds, and erasing a person by two people."""
