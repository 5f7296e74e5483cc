"""What every request passes: limits, error answers, metrics, recordings.

Whatever does not depend on the route.
"""
