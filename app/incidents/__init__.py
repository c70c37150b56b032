"""The incidents room: several people of one incident, and the alleged offenders in a part of their own."""
