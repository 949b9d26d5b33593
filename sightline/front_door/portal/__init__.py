"""The partnership's intelligence portal: organisations join, tell the police what they saw or heard, and hear back.

For: joining, what was told and by whom, grading by the police alone, and what may be told back.
Not for: a concern about a child (`the notification forms`), nor the police's own intelligence system.
Source: Joint targeted area inspection of Leeds, 16 May 2024 (partnership information portal); Leeds Safeguarding Children
Partnership, annual report 2024-25; College of Policing, Authorised Professional Practice: intelligence report 3x5x2, 2016.
"""
