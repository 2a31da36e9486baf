// A layer between SQLite and the files of the operating system that writes down what SQLite does to them, and fails
// where it is told to.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/disk.h"

namespace annals::crash {

// How a call fails.
struct DiskFault {
  int code = 0;          // SQLite's; 0: it does not
  bool is_half = false;  // half of a write is done
};

struct Device {
  bool is_powersafe = true;
  // Asked before each step.
  std::function<DiskFault(DiskStep::Kind)> fault = {};
};

// While one lives, all databases that are opened in this process are recorded. There is one at a time, and one thread.
class Recorder {
 public:
  // `files`: what the folder holds already.
  Recorder(Device device, const DiskFiles& files);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The program has told somebody of `number`.
  void Mark(uint64_t number);
  const std::vector<DiskStep>& steps() const { return steps_; }
  const Device& device() const { return device_; }

  // For the layer itself.
  DiskFault FaultOf(DiskStep::Kind kind) { return device_.fault ? device_.fault(kind) : DiskFault{}; }
  void Add(DiskStep step);
  bool Knows(const std::string& file) const { return files_.contains(file); }

 private:
  Device device_;
  std::set<std::string> files_;
  std::vector<DiskStep> steps_;
};

}  // namespace annals::crash
