// A compressed tar archive of plain files, by libarchive. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace wissel::backup {

// Makes `archive`, which must not be there, of these files of `folder`, in this order; durable on
// return, readable by its owner alone. Nothing is left of it when it fails.
absl::Status WriteArchive(const std::filesystem::path& archive, const std::filesystem::path& folder,
                          const std::vector<std::string>& names);

// Every member into `folder`, readable by its owner alone, durable on return. DATA_LOSS for an
// archive that is damaged, or has a member that is not a plain file beside the others.
absl::Status ReadArchive(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace wissel::backup
