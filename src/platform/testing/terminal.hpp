#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace pantheon::platform {

/// A terminal of which a test is the person. For tests.
class Terminal {
 public:
  Terminal() : person_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    ::grantpt(person_);
    ::unlockpt(person_);
    program_ = ::open(::ptsname(person_), O_RDWR | O_NOCTTY);
  }
  ~Terminal() {
    ::close(program_);
    ::close(person_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void set_columns(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    ::ioctl(person_, TIOCSWINSZ, &size);
  }
  int descriptor() const { return program_; }
  /// The person's own end, for a process of which the test is the shell.
  int person() const { return person_; }

 private:
  int person_;
  int program_;
};

}  // namespace pantheon::platform
