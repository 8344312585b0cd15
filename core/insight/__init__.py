"""What the house works out of what it knows: customers' worth, what to do next, and how it does.

Nothing here moves money or decides about anybody, and nothing is made of what compliance has in
hand: staff who serve customers read it (tipping off).
"""
