"""Information plane: how each layer moves while the network trains."""

from explorer.ui.plane_page import controls, panel

panel(*controls())
