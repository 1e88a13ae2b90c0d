// As many member functions as a class may have: 22.
#pragma once

class Sample {
 public:
  explicit Sample(int value) : value_(value), other_{value} {}
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;
  ~Sample() { Clear(); }

  using Callback = void (*)(int);
  friend bool operator==(const Sample& a, const Sample& b) { return a.value_ == b.value_; }
  static_assert(sizeof(int) > 1, "void NotAFunction();");
  int Forgotten(int) = delete;

  // void InAComment();
  int operator()(int x) const noexcept;
  template <class T, class = decltype(T())>
  requires(sizeof(T) > 1) T Read(T value = T{})
  const {
    using Copy = T;
    return Copy{value};
  }
  auto Size() const noexcept -> int { return value_; }
  void Step1(int);
  void Step2(int);
  void Step3(int);
  void Step4(int);
  void Step5(int);
  void Step6(int);
  void Step7(int);
  void Step8(int);
  void Step9(int);
  void Step10(int);
  void Step11(int);
  void Step12(int);
  void Step13(int);
  void Step14(int);
  void Step15(int);
  void Step16(int);
  void Step17(int);
  void Step18(int);

 private:
  struct Inner {
    void First();
    void Second();
  };
  void Clear();

  Callback callback_ = nullptr;
  void (*pointer_)(int) = nullptr;
  int value_;
  int other_;
};
