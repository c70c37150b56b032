"""Transfers: what offices of one country ask of each other about a case, and what they answer."""
