// `wissel tenants` and `wissel shards`: the centers of a cell and which server serves them, from
// its database alone; the servers see what is changed within a quarter of a second. Each prints
// what it found or did and returns the exit code: 0 done, 1 failed.
#pragma once

#include <string>
#include <vector>

namespace wissel::server {

struct CellCommandOptions {
  std::string journal;  // postgres://...
  std::string tenant;
  std::string config;              // file
  std::vector<std::string> hosts;  // none: as they are
  bool no_hosts = false;           // takes away those that there are
  std::string node;                // empty: anywhere
  bool json = false;
};

int ListTenants(const CellCommandOptions& options);
// Adds a tenant or changes it; the file is tried out first.
int SetTenant(const CellCommandOptions& options);
int ListShards(const CellCommandOptions& options);
// Waits until it is served there.
int MoveShard(const CellCommandOptions& options);

}  // namespace wissel::server
