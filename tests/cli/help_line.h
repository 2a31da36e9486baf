// What a line of a command's answer says, for tests that do what it says.
#pragma once

#include <string>
#include <vector>

namespace annals::testing_process {

// "annals run transition r1 failed --reason 'no disk'", as a shell splits it, without the program.
std::vector<std::string> WordsOf(const std::string& line);
// The value of a key whose value is text without escapes; "" where it is null.
std::string ValueOf(const std::string& json, const std::string& key);
std::vector<std::string> LinesOf(const std::string& text);

}  // namespace annals::testing_process
