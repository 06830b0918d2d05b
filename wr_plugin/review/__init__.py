"""Publicity, objections, approvals: the gates between data and paper."""
