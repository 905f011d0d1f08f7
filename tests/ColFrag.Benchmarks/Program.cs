System.Console.WriteLine("ColFrag");
