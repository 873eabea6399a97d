"""One small class per notebook: controls, one view, a text twin and a picture twin. No computation of their own.

The pattern, shared by all: the constructor takes data and builds `box`; `summary()` says in words what is on screen;
a control's change redraws the view; `_ipython_display_` hands Jupyter the live widget and, for readers without a
kernel, the picture and the words.
"""
