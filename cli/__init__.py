"""Every capability as a command of `support-agent`.

Arguments, output and errors; a command calls one function of a package below.
"""
