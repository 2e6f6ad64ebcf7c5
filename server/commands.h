// The commands beside `serve` and `feed`. Each prints what it found and returns the exit code:
// 0 done, 1 failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wissel::server {

// Applies the file to an empty center in memory, and says what is wrong in which line.
int CheckConfig(const std::string& file);

// Prints a bearer token for local use.
struct TokenOptions {
  std::string data;
  std::string role;
  std::string agent;  // "agents/anna"; for the role agent
  int64_t hours = 12;
};
int PrintToken(const TokenOptions& options);

int VerifyJournalIn(const std::string& data);
int DumpJournalIn(const std::string& data, uint64_t from, std::optional<uint64_t> to);

// A moment of the past: from the journal alone, of a server that runs or not.
struct MomentOptions {
  std::string data;
  std::string until;  // "2026-11-21T09:30:00Z"; empty: the end of the journal
  bool json = false;
};
// The state as it was, in figures, with its digest.
int Replay(const MomentOptions& options);
// Why: of "workItems/12", "offers/12" or "agents/anna".
int Explain(const MomentOptions& options, const std::string& name);

struct UserOptions {
  std::string data;
  std::string user;
  std::string display_name;
  std::vector<std::string> roles;
  std::string agent;
};
// Passwords are read from standard input, one line.
int AddUser(const UserOptions& options);
int SetUserPassword(const UserOptions& options);
int ListUsers(const UserOptions& options);
int DeleteUser(const UserOptions& options);

}  // namespace wissel::server
