"""How a name sounds, whatever script and spelling it was written in: the ground on which names are compared."""
