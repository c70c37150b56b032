"""The standards room: files in the shapes that others have agreed on, read, checked and written; it knows no case."""
