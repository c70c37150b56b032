"""The work of translators: collecting every sentence of the program, keeping the catalogues, taking translations in."""
