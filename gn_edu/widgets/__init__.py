"""Widgets that are alive in a notebook and in the published page. All their maths is JavaScript, in float64."""

from gn_edu.widgets.batch_noise import BatchNoise
from gn_edu.widgets.cancellation_lab import CancellationLab
from gn_edu.widgets.exit_check import ExitCheck
from gn_edu.widgets.figure_one import FigureOne
from gn_edu.widgets.gradient_projection import GradientProjection
from gn_edu.widgets.neighbours import Neighbours
from gn_edu.widgets.quick_question import QuickQuestion
from gn_edu.widgets.reshape_microscope import ReshapeMicroscope
from gn_edu.widgets.run_browser import RunBrowser
from gn_edu.widgets.signal_depth import SignalDepth
from gn_edu.widgets.statistic_set import StatisticSet
from gn_edu.widgets.tile_seams import TileSeams
from gn_edu.widgets.what_survives import WhatSurvives

__all__ = [
    "BatchNoise",
    "CancellationLab",
    "ExitCheck",
    "FigureOne",
    "GradientProjection",
    "Neighbours",
    "QuickQuestion",
    "ReshapeMicroscope",
    "RunBrowser",
    "SignalDepth",
    "StatisticSet",
    "TileSeams",
    "WhatSurvives",
]
