"""Scores of conversations and what some users said of them come in, one fitted model of both goes out.

A latent class model (Dawid and Skene, 1979; Lazarsfeld) with selection that may depend on the class itself. Each
conversation is dissatisfied or not (Y); four things are modelled given that, all by one penalised likelihood:

    log odds of Y       = prevalence + what long conversations and long answers change
    bin of the score    | Y    : shares of its own for those who are satisfied; their ratio to those who are not is what
                                 the label model says, plus what this project shows otherwise
    speaking up         | Y, x : logistic, once for those who volunteer and once for those who were asked
    thumb down          | Y, z, user : logistic in the turn's place and the answer's length, an intercept for each user

Errors are the sandwich's (Huber, 1967; White, 1982) over users, so that neither a heavy user nor a mild fault of the
model makes them too small.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from feedback.odds import expit, log_expit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

CLASSES = np.array([0.0, 1.0])
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
LOG_NODE_WEIGHTS = np.log(NODE_WEIGHTS / NODE_WEIGHTS.sum())
HESSIAN_STEP = 1e-5
MOST_ROUNDS = 300
LEAST_CURVATURE = 0.01


@dataclass(frozen=True, slots=True)
class Sample:
    """Conversations, one at each place of every array."""

    bins: Places
    """Of its score, from 0."""
    covariates: Array
    """A column for each covariate, in standard deviations; few different values, so that equal rows are one."""
    users: Places
    """Numbers from 0; who is not known is a user of their own."""
    asked: npt.NDArray[np.bool_]
    spoke: Places
    """`SILENT`, `VOLUNTEERED` or `ANSWERED`."""
    reviews: Array
    """Log of how much likelier what reviewers said is of the dissatisfied; 0 where none did."""
    thumb_places: Places
    """By thumb: the place of its conversation."""
    thumbs: Array
    """By thumb: 1 down, 0 up."""
    traits: Array
    """By thumb, a column for each trait of what it was given on, in standard deviations."""


SILENT, VOLUNTEERED, ANSWERED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """What the label model says of each bin: log of how much likelier it is of the dissatisfied."""

    means: Array
    covariance: Array


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each part stands in the vector of parameters."""

    bins: int
    covariates: int
    traits: int

    @property
    def sizes(self) -> tuple[int, ...]:
        return (1 + self.covariates, self.bins - 1, self.bins - 1, 2 + self.covariates, 2, 2 + self.traits, 1)

    @property
    def size(self) -> int:
        return sum(self.sizes)

    def split(self, values: Array) -> list[Array]:
        """Prevalence, shares of bins, their ratios, volunteering, answering, thumbs, leniency; along the last axis."""
        return np.split(values, np.cumsum(self.sizes)[:-1], axis=-1)


PREVALENCE_PRIOR = (-0.7, 1.5)
COVARIATE_PRIOR = (0.0, 0.5)
LENGTH_PRIOR = (0.0, 0.1)
"""Of prevalence: long conversations hold more signals of either class, which is easily mistaken for more of one."""
SHARE_PRIOR = (0.0, 10.0)
VOLUNTEERING_PRIOR = ((-3.0, 2.0), (0.7, 0.7))
"""Few speak up, and those who are dissatisfied more often: 2.5 times as often in WildFeedback (2408.15549)."""
ANSWERING_PRIOR = ((-1.0, 1.5), (0.2, 0.4))
"""Whoever is asked chooses less."""
THUMB_PRIOR = ((-2.5, 1.0), (4.0, 1.0))
LENIENCY_PRIOR = (-0.4, 0.5)
"""Of the log of the standard deviation of what users add to their thumbs' log odds."""


def list_priors(layout: Layout) -> tuple[Array, Array]:
    """Means and standard deviations of the normal priors, by parameter; ratios of bins have one of their own."""
    pairs = [
        PREVALENCE_PRIOR,
        *[LENGTH_PRIOR] * layout.covariates,
        *[SHARE_PRIOR] * (2 * layout.bins - 2),
        *VOLUNTEERING_PRIOR,
        *[COVARIATE_PRIOR] * layout.covariates,
        *ANSWERING_PRIOR,
        *THUMB_PRIOR,
        *[COVARIATE_PRIOR] * layout.traits,
        LENIENCY_PRIOR,
    ]
    means, deviations = np.array(pairs).T
    return means, deviations


@dataclass(frozen=True, slots=True)
class Bins:
    """Shares of the bins of the satisfied (0) and the dissatisfied (1), logs, and the log of their ratio."""

    logs: Array
    """A row for each class."""

    @property
    def ratios(self) -> Array:
        ratios: Array = self.logs[1] - self.logs[0]
        return ratios


def read_bins(shares: Array, ratios: Array) -> Bins:
    first = np.concatenate([[0.0], shares])
    logs = np.stack([first, first + np.concatenate([[0.0], ratios])])
    return Bins(logs - np.logaddexp.reduce(logs, axis=1)[:, None])


class Likelihood:
    """Of a sample, by user: those who said nothing are collapsed to rows that are alike."""

    def __init__(self, sample: Sample, prior: RatioPrior, *, is_explicit: bool) -> None:
        """`is_explicit` False leaves out what users said, and who did: scores alone."""
        self.sample, self.prior, self.is_explicit = sample, prior, is_explicit
        self.layout = Layout(len(prior.means), sample.covariates.shape[1], sample.traits.shape[1])
        self.means, self.deviations = list_priors(self.layout)
        self.precision = np.linalg.inv(prior.covariance)
        is_told = (sample.spoke != SILENT) | (sample.reviews != 0) if is_explicit else np.zeros(len(sample.bins), bool)
        self.told = np.flatnonzero(is_told)
        self._collapse(np.flatnonzero(~is_told))
        self._index_told()

    def _collapse(self, silent: Places) -> None:
        sample = self.sample
        keys = np.column_stack([sample.bins[silent], sample.asked[silent], sample.covariates[silent]])
        cells, inverse = np.unique(keys, axis=0, return_inverse=True)
        self.bins = np.concatenate([cells[:, 0].astype(int), sample.bins[self.told]])
        self.asked = np.concatenate([cells[:, 1] > 0, sample.asked[self.told]])
        self.covariates = np.concatenate([cells[:, 2:], sample.covariates[self.told]])
        self.spoke = np.concatenate([np.full(len(cells), SILENT), sample.spoke[self.told]])
        self.reviews = np.concatenate([np.zeros(len(cells)), sample.reviews[self.told]])
        self.cells = len(cells)
        self.users, of_user = np.unique(sample.users, return_inverse=True)
        self.told_users = of_user[self.told]
        from scipy.sparse import csr_matrix

        counts = (np.ones(len(silent)), (of_user[silent], inverse.ravel()))
        self.counts = csr_matrix(counts, shape=(len(self.users), len(cells)))
        self.weights = np.asarray(self.counts.sum(axis=0)).ravel()
        self.row_of = np.zeros(len(sample.bins), np.int64)
        self.row_of[silent] = inverse.ravel()
        self.row_of[self.told] = len(cells) + np.arange(len(self.told))

    def _index_told(self) -> None:
        sample, place = self.sample, np.full(len(self.sample.bins), -1)
        place[self.told] = np.arange(len(self.told))
        thumbs = np.flatnonzero(place[sample.thumb_places] >= 0)
        self.thumb_rows, self.thumbs = place[sample.thumb_places[thumbs]], sample.thumbs[thumbs]
        self.traits = np.concatenate([np.ones((len(thumbs), 1)), sample.traits[thumbs]], axis=1)
        self.raters, self.firsts, self.rater_of = np.unique(self.told_users, return_index=True, return_inverse=True)
        self.of_rows = sum_by(self.thumb_rows, len(self.told))
        self.of_raters = sum_by(self.rater_of, len(self.raters))

    def evaluate(self, parameters: Array) -> "Evaluation":
        logs, gradients = self._join(parameters)
        cells, told = slice(0, self.cells), slice(self.cells, None)
        of_rows = np.logaddexp(logs[:, 0], logs[:, 1])
        posteriors = np.exp(logs - of_rows[:, None])
        of_raters, node_posteriors, thumb_gradients = self._rate(parameters, logs[told])
        posteriors[told] = node_posteriors.sum(axis=2)
        scores = np.einsum("ry,ryp->rp", posteriors, gradients)
        rater_scores = self.of_raters @ (self.of_rows @ thumb_gradients + scores[told])
        return Evaluation(of_rows[cells], scores[cells], of_raters, rater_scores, posteriors[:, 1])

    def _join(self, parameters: Array) -> tuple[Array, Array]:
        """Logs of what is known of each row together with each class, and their gradients."""
        prevalence, shares, ratios, volunteering, answering, _, _ = self.layout.split(parameters)
        rows, layout = len(self.bins), self.layout
        gradients = np.zeros((rows, 2, layout.size))
        parts = layout.split(gradients)
        ones = np.ones((rows, 1))
        design = np.concatenate([ones, self.covariates], axis=1)
        logs = np.zeros((rows, 2))
        for y in (0, 1):
            happened = np.full(rows, y, float)
            logs[:, y], residuals = tell_logistic(design @ prevalence, happened)
            parts[0][:, y] = residuals[:, None] * design
        bins = read_bins(shares, ratios)
        logs += bins.logs[:, self.bins].T
        logs[:, 1] += self.reviews
        is_bin = (self.bins[:, None] == np.arange(1, layout.bins)).astype(float)
        for y in (0, 1):
            parts[1][:, y] = is_bin - np.exp(bins.logs[y, 1:])
        parts[2][:, 1] = parts[1][:, 1]
        if self.is_explicit:
            for y in (0, 1):
                classes = np.full((rows, 1), y, float)
                chosen = np.concatenate([ones, classes, self.covariates], axis=1)
                log, residuals = tell_logistic(chosen @ volunteering, self.spoke == VOLUNTEERED)
                parts[3][:, y] = residuals[:, None] * chosen
                could = self.asked & (self.spoke != VOLUNTEERED)
                asked, of_asked = tell_logistic(chosen[:, :2] @ answering, self.spoke == ANSWERED)
                parts[4][:, y] = (could * of_asked)[:, None] * chosen[:, :2]
                logs[:, y] += log + could * asked
        return logs, gradients

    def _rate(self, parameters: Array, logs: Array) -> tuple[Array, Array, Array]:
        """Log-likelihood of each rater, posteriors by told row, class and node, gradients by thumb."""
        *_, weights, leniency = self.layout.split(parameters)
        spread = float(np.exp(leniency[0]))
        fixed = self.traits @ np.delete(weights, 1)
        lines = fixed[:, None, None] + weights[1] * CLASSES[:, None] + spread * NODES
        of_thumbs, residuals = tell_logistic(lines, self.thumbs[:, None, None])
        known = logs[:, :, None] + add_up(self.of_rows, of_thumbs)
        of_rows = np.logaddexp(known[:, 0], known[:, 1])
        of_nodes = LOG_NODE_WEIGHTS + add_up(self.of_raters, of_rows)
        of_raters = np.logaddexp.reduce(of_nodes, axis=1)
        of_users = np.exp(of_nodes - of_raters[:, None])
        posteriors = np.exp(known - of_rows[:, None]) * of_users[self.rater_of][:, None]
        pulls = posteriors[self.thumb_rows] * residuals
        of_classes = pulls.sum(axis=2)
        gradients = np.zeros((len(self.thumbs), self.layout.size))
        *_, of_weights, of_leniency = self.layout.split(gradients)
        of_weights[:, [0, *range(2, of_weights.shape[1])]] = of_classes.sum(axis=1)[:, None] * self.traits
        of_weights[:, 1] = of_classes[:, 1]
        of_leniency[:, 0] = spread * (pulls.sum(axis=1) @ NODES)
        return of_raters, posteriors, gradients

    def penalise(self, parameters: Array) -> tuple[float, Array]:
        """Minus the log of the priors, and its gradient."""
        pull = (parameters - self.means) / self.deviations**2
        value = 0.5 * float((pull * (parameters - self.means)).sum())
        _, shares, ratios, *_ = self.layout.split(parameters)
        bins = read_bins(shares, ratios)
        p0, p1 = np.exp(bins.logs)
        off = bins.ratios - self.prior.means
        of_off = self.precision @ off
        value += 0.5 * float(off @ of_off)
        parts = self.layout.split(pull)
        parts[1] += -of_off.sum() * (p1 - p0)[1:]
        parts[2] += of_off[1:] - of_off.sum() * p1[1:]
        return value, pull

    def measure(self, parameters: Array) -> tuple[float, Array]:
        """What is minimised, and its gradient."""
        found = self.evaluate(parameters)
        value, gradient = self.penalise(parameters)
        value -= float(self.weights @ found.of_cells + found.of_raters.sum())
        gradient = gradient - self.weights @ found.cell_scores - found.rater_scores.sum(axis=0)
        return value, gradient

    def square_scores(self, parameters: Array) -> Array:
        """About what the sample says of the parameters (Berndt, Hall, Hall and Hausman, 1974)."""
        found = self.evaluate(parameters)
        squares: Array = (found.cell_scores.T * self.weights) @ found.cell_scores
        return squares + found.rater_scores.T @ found.rater_scores

    def start(self) -> Array:
        parameters = self.means.copy()
        parts = self.layout.split(parameters)
        counts = np.bincount(self.sample.bins, minlength=self.layout.bins) + 0.5
        mixed = np.log(counts / counts.sum()) - np.logaddexp(0, self.prior.means + parameters[0])
        parts[1][:] = (mixed - mixed[0])[1:]
        parts[2][:] = (self.prior.means - self.prior.means[0])[1:]
        return parameters


def sum_by(groups: Places, count: int) -> "csr_matrix":
    """What adds up rows by their groups, numbered from 0."""
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(groups)), (groups, np.arange(len(groups)))), shape=(count, len(groups)))


def add_up(sums: "csr_matrix", values: Array) -> Array:
    added: Array = (sums @ values.reshape(len(values), math.prod(values.shape[1:]))).reshape(
        sums.shape[0], *values.shape[1:]
    )
    return added


def tell_logistic(log_odds: Array, happened: Array) -> tuple[Array, Array]:
    """Log of the probability of what happened (1) or did not (0), and its derivative by the log odds."""
    return log_expit(np.where(happened, log_odds, -log_odds)), happened - expit(log_odds)


@dataclass(frozen=True, slots=True)
class Evaluation:
    of_cells: Array
    cell_scores: Array
    of_raters: Array
    rater_scores: Array
    posteriors: Array
    """That each row, those of cells first, is dissatisfied."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters, as `Layout` has them, and their covariance."""

    parameters: Array
    covariance: Array
    layout: Layout

    @property
    def bins(self) -> Bins:
        _, shares, ratios, *_ = self.layout.split(self.parameters)
        return read_bins(shares, ratios)

    @property
    def ratios(self) -> Array:
        """By bin, log of how much likelier it is of the dissatisfied."""
        return self.bins.ratios

    def differentiate_log_odds(self, sample: Sample) -> Array:
        """How the log odds of conversations, by their covariates and bins, move with each parameter."""
        p0, p1 = np.exp(self.bins.logs)
        is_bin = np.eye(self.layout.bins)[sample.bins][:, 1:]
        slopes = np.zeros((len(sample.bins), self.layout.size))
        parts = self.layout.split(slopes)
        parts[0][:] = np.concatenate([np.ones((len(slopes), 1)), sample.covariates], axis=1)
        parts[1][:] = (p0 - p1)[1:]
        parts[2][:] = is_bin - p1[1:]
        return slopes


def fit_joint_model(likelihood: Likelihood) -> Fit:
    """The likeliest parameters, priors included."""
    from scipy.optimize import minimize  # here, as a server starts 0.15 s sooner, and may never fit

    start = likelihood.start()
    prior = differentiate(lambda at: likelihood.penalise(at)[1], start)
    sizes, directions = np.linalg.eigh(likelihood.square_scores(start) + prior)
    whitener = directions / np.sqrt(np.maximum(sizes, LEAST_CURVATURE))

    def measure(at: Array) -> tuple[float, Array]:
        value, gradient = likelihood.measure(start + whitener @ at)
        return value, whitener.T @ gradient

    found = minimize(measure, np.zeros_like(start), jac=True, method="L-BFGS-B", options={"maxiter": MOST_ROUNDS})
    parameters: Array = start + whitener @ found.x
    return Fit(parameters, estimate_covariance(likelihood, parameters), likelihood.layout)


def estimate_covariance(likelihood: Likelihood, parameters: Array) -> Array:
    """The sandwich over users; what is believed before counts as seen once."""
    hessian = differentiate(lambda at: likelihood.measure(at)[1], parameters)
    prior = differentiate(lambda at: likelihood.penalise(at)[1], parameters)
    found = likelihood.evaluate(parameters)
    scores = likelihood.counts @ found.cell_scores
    scores[likelihood.told_users[likelihood.firsts]] += found.rater_scores
    scores -= scores.mean(axis=0)
    middle = scores.T @ scores * (len(scores) / max(len(scores) - 1, 1)) + prior
    bread = np.linalg.pinv(hessian)
    covariance: Array = bread @ middle @ bread
    return covariance


def differentiate(measure: Callable[[Array], Array], at: Array) -> Array:
    """The derivatives of a gradient, by differences: the Hessian."""
    here = measure(at)
    rows = np.array([measure(at + step) - here for step in np.eye(len(at)) * HESSIAN_STEP]) / HESSIAN_STEP
    hessian: Array = (rows + rows.T) / 2
    return hessian
