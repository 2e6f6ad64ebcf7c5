// The figures of several centers as one text for Prometheus.
#pragma once

#include <map>
#include <string>

namespace wissel::server {

// Each sample gets the label `tenant`; what is said of a figure is said once. `texts`: by tenant,
// in Prometheus' text format.
std::string WithTenants(const std::map<std::string, std::string>& texts);

}  // namespace wissel::server
