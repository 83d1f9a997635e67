"""Lessons and labs to take along: pages for the printer that need no network, and notebooks that run."""
