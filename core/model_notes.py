"""Keep the beginnings of tool results that are written for a model alone: no customer is ever shown one."""

NOT_RUN = "Not run:"
"""A call was not run, because its arguments were made up or put in by somebody else."""
MISFIT = "Those arguments do not fit the tool:"
NOT_DONE_YET = "not done yet"
"""Status of a write that is only proposed, in the result of its call."""
NOTES = (NOT_RUN, MISFIT)
