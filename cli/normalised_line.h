// A line of a tool's output without what differs from run to run: the same fault in another checkout, on another day,
// some lines further down, gives the same text; other faults stay different.
#pragma once

#include <string>
#include <string_view>

namespace annals {

// Replaced, in this order of precedence:
//   URLs            keep host and path, lose the query
//   paths           keep their base name, "/home/a/src/x.c" and "src/x.c" are both "x.c": a file's name tells faults
//   apart,
//                   where it lies depends on the checkout and on where the tool was started. A path counts as one when
//                   it begins with /, ./, ../, ~/ or a drive, has two or more slashes, or an extension; so "I/O" and
//                   "and/or" do not. In a base name only digit runs of five or more become <n> (process ids, dates),
//                   and hashes and UUIDs their placeholder: test_1.py and test_2.py are two. A directory ("/a/b/") is
//                   <path>, and so is a file right under /tmp or /var/tmp, whose name is made up ("/tmp/ccX1aB.o" is
//                   "<path>.o").
//   UUIDs           <uuid>
//   dates, clocks   <time>: 2026-11-20T21:16:25.1Z, 21:16:25
//   durations       <time>: 0.01 sec, 12ms, 1m3.5s
//   addresses       <addr>: 0x7ffd3c
//   hashes          <hex>: 7 or more hex digits with both a letter and a digit among them
//   numbers         <n>: -1, 3.14, 1.2.3, 50 %, lines and columns. Digits inside a name stay: int32_t, E0382, test2.
// Quotes ‘’ become ', runs of four or more of one of ". - = * _ ~ # ^" become three, white space becomes one space.
// What is quoted stays: 'foo' names the fault.
std::string NormalisedLine(std::string_view line);

}  // namespace annals
