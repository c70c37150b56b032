"""The application: doors, tables, transactions and post; what may happen is decided in workflows."""
