"""Updates of the appliance: a signed bundle into the other system, a trial start, and the way back.

It runs as root and takes from the page a file and nothing else.  RAUC checks the signature.
"""
