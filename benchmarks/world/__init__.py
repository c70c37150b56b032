"""World: a store of invented cases by the million, each as the program itself would have written it."""
