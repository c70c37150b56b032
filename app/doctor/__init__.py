"""The doctor: examines an installation as it stands, changes nothing, and says of each fault what to do and who."""
