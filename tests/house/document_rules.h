// The rules of the house for Markdown. Faults are lines as in source_rules.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/house/repository.h"

namespace annals::house {

// The repository paths that the relative links of a Markdown file lead to, in order, fragments cut off. Code blocks and
// spans hold no links. A link that leaves the repository starts with "../".
struct Link {
  size_t line = 0;
  std::string as_written;
  std::string target;  // from the root
};
std::vector<Link> RelativeLinks(const SourceFile& file);

// Every relative link leads to a file or folder of the repository, as `exists` knows it.
std::vector<std::string> BrokenLinkFaults(const SourceFile& file,
                                          const std::function<bool(const std::string&)>& exists);

// Every code span of a Markdown file that names a place below one of our folders (`tests/cli/`, `eventstore/packing.h`)
// names one that is there; the name of a header and its source may go without their ends. Spans with a placeholder are
// left alone.
std::vector<std::string> MissingPlaceFaults(const SourceFile& file,
                                            const std::function<bool(const std::string&)>& exists);

// Every file under docs/ is linked from README.md or docs/README.md. `files` is the whole repository.
std::vector<std::string> UnlinkedDocumentFaults(const std::vector<SourceFile>& files);

}  // namespace annals::house
