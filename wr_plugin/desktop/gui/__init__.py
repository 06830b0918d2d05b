"""Docks, dialogs and the map tool. They show and ask; what is computed is computed by the engine."""
