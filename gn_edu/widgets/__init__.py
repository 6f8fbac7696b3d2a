"""Widgets that are alive in a notebook and in the published page. All their maths is JavaScript, in float64."""

from gn_edu.widgets.cancellation_lab import CancellationLab as CancellationLab
from gn_edu.widgets.causality import Causality as Causality
from gn_edu.widgets.exit_check import ExitCheck as ExitCheck
from gn_edu.widgets.figure_one import FigureOne as FigureOne
from gn_edu.widgets.gradient_projection import GradientProjection as GradientProjection
from gn_edu.widgets.neighbours import Neighbours as Neighbours
from gn_edu.widgets.pair_matrix import PairMatrix as PairMatrix
from gn_edu.widgets.quick_question import QuickQuestion as QuickQuestion
from gn_edu.widgets.reshape_microscope import ReshapeMicroscope as ReshapeMicroscope
from gn_edu.widgets.run_browser import RunBrowser as RunBrowser
from gn_edu.widgets.shadow import Shadow as Shadow
from gn_edu.widgets.shimmer import Shimmer as Shimmer
from gn_edu.widgets.signal_depth import SignalDepth as SignalDepth
from gn_edu.widgets.statistic_set import StatisticSet as StatisticSet
from gn_edu.widgets.tile_seams import TileSeams as TileSeams
from gn_edu.widgets.traffic import Traffic as Traffic
from gn_edu.widgets.train_it import TrainIt as TrainIt
from gn_edu.widgets.turn_g import TurnG as TurnG
from gn_edu.widgets.what_survives import WhatSurvives as WhatSurvives
