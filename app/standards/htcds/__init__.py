"""HTCDS 2.0, the case data standard of the IOM: its rows in CSV, spreadsheets and JSON, and what is wrong."""
