#pragma once

namespace pantheon::core {

/// Sets a flag for as long as this lives: that something is under way ends with it, however it ends.
class Mark {
 public:
  explicit Mark(bool& flag) : flag_(&flag) { *flag_ = true; }
  ~Mark() { *flag_ = false; }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

 private:
  bool* flag_;
};

}  // namespace pantheon::core
