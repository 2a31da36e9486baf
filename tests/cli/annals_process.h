// The annals binary as a user runs it: arguments, environment and stdin in; exit code, stdout and stderr out.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace annals::testing_process {

struct ProcessResult {
  int exit = 0;  // 128 + n when signal n ended it
  std::string out;
  std::string err;
};

struct ProcessInput {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment = {};  // beside PATH, and USER=tester; nothing else is inherited
  std::string in = {};
  std::filesystem::path directory = {};  // where it is started; empty: where the test runs
  std::function<void()> in_child = {};   // called between fork and exec: limits, another user
};

// Runs `program` (the annals binary unless given) to its end. Aborts the test program when it cannot be run at all.
ProcessResult RunProcess(const ProcessInput& input, const std::string& program = ANNALS_BINARY);

// An empty folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A folder with a database name in it (not made yet), for many commands on it.
class AnnalsSandbox {
 public:
  const std::string& db() const { return db_; }
  const TemporaryFolder& folder() const { return folder_; }
  // Runs annals on that database, in that folder.
  ProcessResult Run(std::vector<std::string> arguments, const std::string& in = {});
  // The same, and expects exit code 0; returns stdout.
  std::string Out(std::vector<std::string> arguments, const std::string& in = {});
  // Two running runs, r1 and r2, that both hold workstream a; r1 was created under key-1.
  void Fill();
  // How often `text` stands in the database's files as they are, byte for byte.
  size_t TracesOf(const std::string& text) const;

 private:
  TemporaryFolder folder_;
  std::string db_ = folder_.File("annals.db");
};

}  // namespace annals::testing_process
