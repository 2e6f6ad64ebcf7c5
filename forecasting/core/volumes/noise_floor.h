// What even a perfect forecast of the rate could not beat: the error that counting alone makes.
//
// Pure, safe from any thread.
#pragma once

#include "Eigen/Core"

namespace wissel::volumes {

// E|N - m| of a Poisson variable N with mean m (De Moivre; Johnson, Kemp & Kotz, Univariate
// Discrete Distributions, 4.3).
double PoissonMeanDeviation(double mean);

// The same summed over the intervals of a day, each rate smoothed over its neighbours.
double NoiseOfDay(const Eigen::RowVectorXd& counts);

}  // namespace wissel::volumes
