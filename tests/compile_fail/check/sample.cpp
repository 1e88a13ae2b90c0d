// For the tests of the check itself.
template <class T>
void Take(T) {
  static_assert(T{} == 0, "never");
  static_assert(sizeof(T) > 1, "a number is expected here");
}

#if CASE_wrong
void Sample() { Take(false); }
#elif CASE_warning
void Sample() { int unused; }
#else
void Sample() { Take(1); }
#endif
