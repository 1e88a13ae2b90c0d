// One member function more than a class may have.
#pragma once

class Large {
 public:
  void Step1();
  void Step2();
  void Step3();
  void Step4();
  void Step5();
  void Step6();
  void Step7();
  void Step8();
  void Step9();
  void Step10();
  void Step11();
  void Step12();
  void Step13();
  void Step14();
  void Step15();
  void Step16();
  void Step17();
  void Step18();
  void Step19();
  void Step20();
  void Step21();
  void Step22();
  void Step23();
};
