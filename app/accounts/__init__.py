"""The accounts room: signing in, who am I, and the administrator's desk for other people's accounts."""
