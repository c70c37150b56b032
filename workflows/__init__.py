"""What may happen next: states, steps, guards, effects and deadlines; facts in, decision out."""
